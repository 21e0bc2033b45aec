"""The service SDK of Python, unmodified, against the lab's hub. Prints one JSON object of what it saw."""
import json
import os
import sys
import time

from azure.iot.hub import IoTHubConfigurationManager, IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod, Configuration, ConfigurationContent, QuerySpecification, Twin, TwinProperties
from msrest.exceptions import HttpOperationError


def status_of(call):
    try:
        call()
    except HttpOperationError as error:
        return error.response.status_code
    return 200


def main():
    manager = IoTHubRegistryManager.from_connection_string(os.environ["SERVICE_CONNECTION_STRING"])
    seen = {}
    device = manager.create_device_with_sas("py-1", "", "", "enabled", iot_edge=True)
    seen["created"] = [device.device_id, device.capabilities.iot_edge]
    seen["key"] = manager.get_device("py-1").authentication.symmetric_key.primary_key
    seen["again"] = status_of(lambda: manager.create_device_with_sas("py-1", "", "", "enabled"))
    seen["missing"] = status_of(lambda: manager.get_device("nobody"))
    seen["modules"] = sorted(module.module_id for module in manager.get_modules("py-1"))
    patch = Twin(tags={"site": "a"}, properties=TwinProperties(desired={"level": 3}))
    twin = manager.update_twin("py-1", patch, manager.get_twin("py-1").etag)
    seen["twin"] = [twin.tags, twin.properties.desired["level"], twin.properties.desired["$version"]]
    seen["stale"] = status_of(lambda: manager.update_twin("py-1", patch, "AAAAAAAAAAE="))
    found = manager.query_iot_hub(QuerySpecification(query="SELECT * FROM devices WHERE tags.site = 'a'"))
    seen["query"] = [item.device_id for item in found.items]
    method = CloudToDeviceMethod(method_name="ping", response_timeout_in_seconds=5, connect_timeout_in_seconds=0)
    seen["offline"] = status_of(lambda: manager.invoke_device_method("py-1", method))
    statistics = manager.get_device_registry_statistics()
    seen["statistics"] = [statistics.total_device_count, statistics.enabled_device_count]
    seen["deployment"] = deploy(manager)
    print(json.dumps(seen))


def deploy(manager):
    """An automatic deployment: created, applied by the hub, changed under its ETag, deleted."""
    manager_of_deployments = IoTHubConfigurationManager.from_connection_string(os.environ["SERVICE_CONNECTION_STRING"])
    desired = {"schemaVersion": "1.1", "runtime": {"type": "docker"}, "systemModules": {}, "modules": {}}
    content = ConfigurationContent(modules_content={"$edgeAgent": {"properties.desired": desired}})
    wanted = Configuration(id="py", schema_version="1.0", content=content, target_condition="tags.site='a'", priority=5)
    made = manager_of_deployments.create_configuration(wanted)
    for _ in range(50):
        counted = manager_of_deployments.get_configuration("py").system_metrics.results
        if counted["appliedCount"] == 1:
            break
        time.sleep(0.1)
    made.priority = 6
    # This SDK sends the ETag as it is, and the service knows only one in quotes.
    etag = f'"{made.etag}"'
    changed = manager_of_deployments.update_configuration(made, etag)
    stale = status_of(lambda: manager_of_deployments.update_configuration(made, etag))
    listed = [item.id for item in manager_of_deployments.get_configurations(max_count=10)]
    manager_of_deployments.delete_configuration("py", etag=f'"{changed.etag}"')
    return [counted["targetedCount"], counted["appliedCount"], changed.priority, stale, listed]


if __name__ == "__main__":
    sys.exit(main())
