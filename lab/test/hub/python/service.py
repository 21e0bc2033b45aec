"""The service SDK of Python, unmodified, against the lab's hub. Prints one JSON object of what it saw."""
import json
import os
import sys

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod, QuerySpecification, Twin, TwinProperties
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
    print(json.dumps(seen))


if __name__ == "__main__":
    sys.exit(main())
