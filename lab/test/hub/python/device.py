"""The device SDK of Python, unmodified, against the lab's hub. Prints one JSON object of what it saw."""
import json
import os
import threading

from azure.iot.device import IoTHubDeviceClient, Message, MethodResponse, ProxyOptions
from azure.iot.device.exceptions import CredentialError


def client_for(connection_string):
    return IoTHubDeviceClient.create_from_connection_string(
        connection_string,
        server_verification_cert=os.environ["HUB_CA"],
        proxy_options=ProxyOptions("HTTP", "127.0.0.1", int(os.environ["PROXY_PORT"])),
        connection_retry=False,
    )


def wrong_key():
    client = client_for(os.environ["WRONG_CONNECTION_STRING"])
    try:
        client.connect()
    except CredentialError:
        return "CredentialError"
    finally:
        client.shutdown()
    return "connected"


def main():
    seen = {"wrong_key": wrong_key()}
    client = client_for(os.environ["DEVICE_CONNECTION_STRING"])
    called, patched = threading.Event(), threading.Event()

    def on_method(request):
        seen["method"] = [request.name, request.payload]
        client.send_method_response(MethodResponse.create_from_method_request(request, 201, {"echo": request.payload}))
        called.set()

    def on_patch(patch):
        seen["patch"] = patch
        patched.set()

    client.connect()
    client.on_method_request_received = on_method
    client.on_twin_desired_properties_patch_received = on_patch
    seen["twin"] = client.get_twin()
    client.patch_twin_reported_properties({"temperature": {"now": 21}})
    message = Message('{"t": 21}')
    message.custom_properties["kind"] = "a b"
    client.send_message(message)
    print("ready", flush=True)
    seen["called"] = called.wait(20)
    seen["patched"] = patched.wait(20)
    client.shutdown()
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
