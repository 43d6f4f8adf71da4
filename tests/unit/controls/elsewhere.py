"""What is shown by other tests than the table of attacks: requirement, control, where it is enforced, test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A control. where: what enforces it. test: file below tests/ and function."""

    requirement: str
    control: str
    where: str
    test: str


SCHEDULER, NODE, CALICO, KUEUE = "kube-scheduler", "node", "Calico tier", "Kueue"
ENVOY = "Envoy, as Envoy Gateway tells it"
API, ENGINE = "API server", "Pulumi engine"
MESH = "Istio"

ELSEWHERE: tuple[Shown, ...] = tuple(
    Shown(*each)
    for each in (
        ("A6", "A dedicated pool is for its tenant's pods alone", f"{SCHEDULER}, admission policy",
         "cluster/test_node_pools.py::test_another_tenants_nodes_are_out_of_reach"),
        ("A6", "Each role reads its own namespace and no other", "API server RBAC",
         "cluster/test_tenancy_access.py::test_each_role_reads_its_own_namespace_and_nobody_elses"),
        ("A6", "All namespaces and Jobs of a tenant together have exactly its quota", "ResourceQuota, " + KUEUE,
         "cluster/test_child_namespaces.py::test_all_namespaces_and_jobs_together_have_exactly_the_tenants_quota"),
        ("A6", "Jobs of all namespaces of a tenant draw on one budget", KUEUE,
         "cluster/test_child_namespaces.py"
         "::test_jobs_of_all_namespaces_draw_on_one_budget_and_wait_when_it_is_used_up"),
        ("A6", "A virtual control plane counts in its tenant's quota", "ResourceQuota, " + SCHEDULER,
         "cluster/test_virtual_control_plane.py"
         "::test_the_control_plane_runs_sandboxed_on_a_sandbox_node_and_counts_in_the_quota"),
        ("A6", "What it carries over runs under all that holds for a tenant's pods", f"ResourceQuota, {SCHEDULER}",
         "cluster/test_virtual_control_plane.py"
         "::test_what_it_carries_over_runs_under_all_that_holds_for_a_tenants_pods"),
        ("A6", "Its syncer alone of a tenant's pods reaches the host's API server", CALICO,
         "cluster/test_virtual_control_plane.py::test_the_syncer_alone_reaches_the_hosts_api_server"),
        ("A7", "A suspended tenant's control plane ends and its store stays", f"{ENGINE}, {API}",
         "cluster/test_virtual_control_plane.py::test_a_suspended_tenants_control_plane_ends_and_its_store_stays"),
        ("A7", "A namespace beside the home goes in two reviewed steps", ENGINE,
         "cluster/test_child_namespaces_lifecycle.py::test_a_namespace_is_added_kept_retired_and_only_then_removed"),
        ("A7", "Suspending stops pods and traffic, resuming starts them", "ResourceQuota, " + CALICO,
         "cluster/test_tenancy_lifecycle.py::test_suspending_stops_the_pods_and_the_traffic_and_resuming_starts_them"),
        ("A7", "Off-boarding takes an approval and a removal", ENGINE,
         "cluster/test_tenancy_lifecycle.py::test_off_boarding_takes_an_approved_change_and_then_the_removal"),
        ("A7", "A quota shrinks only to what is in use", "admission policy tenantplane-quota-shrinks",
         "cluster/test_tenancy_lifecycle.py::test_a_quota_grows_at_once_and_shrinks_only_to_what_is_in_use"),
        ("B2", "A tenant's route has its own host, gateway and services", "admission policy tenantplane-tenant-routes",
         "cluster/test_entrances.py::test_nobody_makes_a_tenant_a_route_that_is_not_its_own"),
        ("B2", "A tenant's namespace has nothing else of the gateway's", "admission policy tenantplane-gateway-kinds",
         "cluster/test_entrances.py::test_a_tenants_namespace_has_nothing_else_of_the_gateways"),
        ("B2", "A tenant over its limit gets 429, and no other notices", ENVOY, "gateway/test_bounds.py"
         "::test_the_tenant_over_its_limit_is_refused_and_told_when_to_come_again"),
        ("B3", "Nothing but a tenant's own token is let in", ENVOY,
         "gateway/test_tokens.py::test_nothing_else_is_let_in"),
        ("B3", "A token is no use at another tenant's host", ENVOY,
         "gateway/test_tokens.py::test_a_token_is_no_use_at_another_tenants_host"),
        ("B3", "A route without a policy lets nobody in", ENVOY,
         "gateway/test_tokens.py::test_a_route_without_a_policy_lets_nobody_in"),
        ("B3", "A service gets the verified identity, whatever the client sends", ENVOY,
         "gateway/test_identity.py::test_a_service_gets_the_verified_identity_exactly_once"),
        ("F5", "TLS before 1.3 is refused", ENVOY, "gateway/test_bounds.py::test_tls_before_1_3_is_refused"),
        ("B5", "An admin keeps network policies, roles and bindings of its own", "API server RBAC, admission policies",
         "cluster/test_tenancy_access.py::test_an_admin_keeps_policies_and_roles_of_its_own"),
        ("C1", "Everything MTB-PL1-CC-FNS-1 and FNS-2 count is in every tenant's quota", "ResourceQuota",
         "cluster/test_tenancy_limits.py::test_every_tenant_has_a_quota_on_everything_that_is_counted"),
        ("C2", "A pod comes to a node that has its runtime", "RuntimeClass, " + SCHEDULER,
         "cluster/test_runtime_admission.py::test_a_running_pod_cannot_be_made_another_kind"),
        ("C2", "Nodes have the handlers of the runtimes that list their pool", NODE,
         "unit/settings/test_nodeconfig.py::test_a_node_has_the_handlers_of_the_runtimes_that_list_its_pool"),
        ("C3", "Without the mapping of runtimes nothing is admitted", "admission policy tenantplane-runtimes",
         "cluster/test_runtime_admission.py::test_without_its_parameters_the_policy_admits_nothing"),
        ("C4", "Capabilities only where workload and runtime say so", "admission policy tenantplane-rooted-pods",
         "cluster/test_runtime_admission.py"
         "::test_root_has_what_its_workload_states_and_the_rest_of_restricted_holds"),
        ("C4", "The 101st process is refused", f"{NODE}: gVisor", "cluster/test_real_node.py"
         "::test_the_101st_process_is_refused"),
        ("C4", "A pod over 2 GiB is killed", f"{NODE}: cgroup",
         "cluster/test_real_node.py::test_a_pod_over_2_gib_is_killed"),
        ("C4", "The 513th MiB in /tmp is refused", f"{NODE}: tmpfs",
         "cluster/test_real_node.py::test_the_513th_mebibyte_in_tmp_is_refused"),
        ("C5", "A used sandbox is destroyed and nobody gets it again", "agent-sandbox controller",
         "cluster/test_agent_sandboxes.py::test_a_used_sandbox_is_destroyed_and_nobody_gets_it_again"),
        ("C5", "A claim reaches no other tenant's pool", "agent-sandbox controller",
         "cluster/test_agent_sandboxes.py::test_another_tenants_pool_is_out_of_reach"),
        ("C5", "A sandbox that nobody uses is gone, and one that is used at the end of its lifetime",
         "agent-sandbox controller, admission policy tenantplane-sandbox-claims", "cluster/test_sandbox_idle.py"
         "::test_a_session_that_is_used_lives_on_and_one_that_is_not_is_gone"),
        ("C6", "Every pod is in a pool that is meant for it", SCHEDULER,
         "cluster/test_node_pools.py::test_every_pod_of_every_tenant_is_in_a_pool_that_is_meant_for_it"),
        ("C7", "GPUs are for pods that tolerate them, under the name of their sharing", SCHEDULER,
         "cluster/test_node_pools.py"
         "::test_gpu_nodes_are_for_pods_that_tolerate_them_and_offer_what_their_sharing_says"),
        ("C7", "Enterprise has a whole A100", SCHEDULER,
         "cluster/test_node_pools.py::test_enterprise_has_a_whole_a100"),
        ("C8", "The order of priorities", API,
         "cluster/test_tenancy_pods.py::test_the_order_of_priorities_is_that_of_the_requirement"),
        ("C9", "The quota admits every replica an autoscaler may ask for", "ResourceQuota", "cluster/"
         "test_tenancy_limits.py"
         "::test_the_quota_admits_every_replica_the_autoscaler_may_ask_for_and_an_update_on_top"),
        ("D1", "A session over quota waits and runs later", KUEUE, "cluster/test_kueue.py"
         "::test_a_session_over_quota_waits_suspended_and_runs_when_another_has_ended"),
        ("D1", "A Job that waits cannot release itself", "admission policy tenantplane-queued-jobs",
         "cluster/test_kueue_attacked.py::test_a_job_that_waits_cannot_release_itself"),
        ("D1", "A queue takes no workload of another namespace", KUEUE,
         "cluster/test_kueue_attacked.py::test_a_cluster_queue_takes_no_workload_of_another_namespace"),
        ("D2", "Pods stay in their tenant's regions", SCHEDULER, "cluster/test_scheduler_filters.py"
         "::test_a_tenants_pods_stay_in_its_regions_however_good_the_other_nodes_are"),
        ("D3", "The scheduler chooses what the formula chooses", SCHEDULER,
         "cluster/test_scheduler_scores.py::test_the_scheduler_chooses_what_the_formula_chooses"),
        ("D4", "200 pods at once never exceed a quota", "ResourceQuota",
         "cluster/test_quota_under_load.py::test_200_pods_at_once_never_exceed_the_quota"),
        ("D5", "The lowest gives way first", SCHEDULER,
         "cluster/test_preemption.py::test_the_lowest_gives_way_first_and_equals_never"),
        ("D5", "A node above 90 % loses its lowest pod", "descheduler", "cluster/test_descheduler.py"
         "::test_a_node_above_90_percent_loses_its_lowest_pod_and_one_below_loses_none"),
        ("D6", "Two leaders bind no pod twice", f"{API}, {SCHEDULER}",
         "cluster/test_two_schedulers.py::test_even_two_leaders_bind_no_pod_twice"),
        ("D7", "A gang lands in one rack or waits as a whole", KUEUE, "cluster/test_kueue_topology.py"
         "::test_a_gang_lands_in_one_rack_and_one_that_no_rack_holds_waits_as_a_whole"),
        ("E1", "Every tenant's namespace denies by default", "NetworkPolicy",
         "cluster/test_tenancy_network.py::test_every_tenant_namespace_denies_by_default"),
        ("E1", "A tenant reaches its own pods and nobody else's, with real packets", f"{NODE}: kube-router",
         "cluster/test_real_node.py::test_a_tenant_reaches_its_own_pods_and_nobody_elses"),
        ("E2", "No policy that tenants make opens what the guard-rails close", CALICO, "cluster/"
         "test_guard_rails_attacked.py::test_no_policy_that_tenants_make_opens_what_the_guard_rails_close"),
        ("E2", "No path crosses tenants whatever they allow", CALICO,
         "cluster/test_guard_rails.py::test_no_path_crosses_tenants_whatever_they_allow"),
        ("E3", "A tenant is heard by its own services and nobody else's", f"{MESH}, as the evaluator reads its objects",
         "unit/components/test_mesh_matrix.py"
         "::test_a_tenant_is_heard_by_its_own_services_and_by_nobody_elses"),
        ("E3", "Nothing that tenants could write at home opens another's services", f"{MESH}, likewise",
         "unit/components/test_mesh_matrix.py"
         "::test_nothing_that_tenants_could_write_at_home_opens_anothers_services"),
        ("E3", "No person of a tenant writes any kind of the mesh", "API server RBAC",
         "cluster/test_mesh.py::test_no_person_of_a_tenant_writes_any_kind_of_the_mesh"),
        ("E3", "istiod takes every object of the mesh", "istiod's validation",
         "judges/test_mesh_judged.py::test_istiod_takes_every_object_of_the_mesh_without_a_warning"),
        ("E4", "The whole matrix is as required", f"NetworkPolicy, {CALICO}",
         "cluster/test_guard_rails.py::test_the_whole_matrix_is_as_required"),
        ("E4", "The matrix notices a guard-rail that is missing or wrong", CALICO,
         "cluster/test_guard_rails.py::test_the_matrix_notices_a_guard_rail_that_is_missing_or_wrong"),
        ("MTB #1201", "No network path between tenants' namespaces", f"NetworkPolicy, {CALICO}",
         "cluster/test_guard_rails.py::test_the_whole_matrix_is_as_required"),
        ("G5", "Who did what to a tenant, as whom and how it was decided, is recorded", API,
         "cluster/test_audit.py"
         "::test_what_a_tenant_does_at_home_is_found_with_who_what_where_and_how_it_was_decided"),
        ("G5", "An attempt at another tenant is recorded as refused", API,
         "cluster/test_audit.py::test_an_attempt_at_another_tenant_is_found_as_refused"),
        ("G5", "No body of a secret, a config map or a token is recorded", API,
         "cluster/test_audit.py::test_no_body_of_a_secret_a_config_map_or_a_token_is_in_the_log"),
        ("G5", "Nobody removes an audit log, or locks one for less than 180 days", "bucket policy, S3 Object Lock",
         "storage/test_audit_retention.py::test_nobody_removes_shortens_or_opens_whatever_the_role_allows"),
    )
)  # fmt: skip
