"""The resource plugin `aws`: Pulumi's provider protocol over calls of boto3 to the local AWS."""
