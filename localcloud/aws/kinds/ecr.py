"""ECR: repositories, what is kept in them, how they are scanned."""

from localcloud.aws.model import Call, Kind, Read, Tags, names

_ARN = "=state.arn || found.repositoryArn"
_REPOSITORY = {"repositoryName": "=in.repository"}
_PUT_LIFECYCLE = Call(do="put_lifecycle_policy", give={**_REPOSITORY, "lifecyclePolicyText": "=in.policy"})
_PUT_SCANNING = Call(do="put_registry_scanning_configuration", give={"scanType": "=in.scanType", "rules": "=in.rules"})

ECR_KINDS = (
    Kind(
        token="aws:ecr/repository:Repository",
        client="ecr",
        create=Call(
            do="create_repository",
            auto=True,
            rename={"name": "repositoryName", "encryptionConfigurations": "encryptionConfiguration"},
        ),
        id="=raw.repository.repositoryName",
        ids=("name",),
        between="\n",
        read=Read(
            call=Call(do="describe_repositories", give={"repositoryNames": ["=id"]}),
            found="repositories[0]",
            outputs={
                "name": "=found.repositoryName",
                "arn": "=found.repositoryArn",
                "repositoryUrl": "=found.repositoryUri",
                "encryptionConfigurations": "=[found.encryptionConfiguration]",
            },
        ),
        update=(
            Call(
                do="put_image_tag_mutability",
                give={"repositoryName": "=id", "imageTagMutability": "=in.imageTagMutability"},
                when=("imageTagMutability",),
            ),
            Call(
                do="put_image_scanning_configuration",
                give={"repositoryName": "=id", "imageScanningConfiguration": "=in.imageScanningConfiguration"},
                when=("imageScanningConfiguration",),
            ),
        ),
        delete=(Call(do="delete_repository", give={"repositoryName": "=id", "force": "=in.forceDelete"}),),
        tags=Tags(
            create="tags",
            tag=Call(do="tag_resource", give={"resourceArn": _ARN, "tags": "=tags"}),
            untag=Call(do="untag_resource", give={"resourceArn": _ARN, "tagKeys": "=keys"}),
            read=Call(do="list_tags_for_resource", give={"resourceArn": "=found.repositoryArn"}),
            found="tags",
        ),
        replace=names("name encryptionConfigurations"),
        defaults={"imageTagMutability": "MUTABLE"},
        autoname=("name", 256),
        unread=names("forceDelete encryptionConfigurations"),
        silent="no image can be pushed",
    ),
    Kind(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        client="ecr",
        create=_PUT_LIFECYCLE,
        id="=in.repository",
        ids=("repository",),
        between="\n",
        read=Read(
            call=Call(do="get_lifecycle_policy", give=_REPOSITORY),
            auto=False,
            outputs={
                "repository": "=found.repositoryName",
                "policy": "=found.lifecyclePolicyText",
                "registryId": "=found.registryId",
            },
        ),
        update=(_PUT_LIFECYCLE,),
        delete=(Call(do="delete_lifecycle_policy", give=_REPOSITORY),),
        replace=names("repository"),
        documents=names("policy"),
    ),
    Kind(
        token="aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        client="ecr",
        create=_PUT_SCANNING,
        id="=account",
        read=Read(
            call=Call(do="get_registry_scanning_configuration"),
            found="scanningConfiguration",
            outputs={"registryId": "=account"},
        ),
        update=(_PUT_SCANNING,),
        delete=(Call(do="put_registry_scanning_configuration", give={"scanType": "BASIC", "rules": []}),),
        silent="nothing is scanned",
    ),
)
