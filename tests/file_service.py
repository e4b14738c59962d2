"""A local service that speaks the S3 protocol, with one bucket, for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEY = "tests"


@dataclass(frozen=True)
class FileService:
    """Where the service listens, and the bucket as its own client sees it."""

    address: str
    client: Any
    bucket: str

    def environment(self) -> dict[str, str]:
        """What another process has to be told."""
        return {
            "TENFOLD_S3_BUCKET": self.bucket,
            "TENFOLD_S3_ENDPOINT": self.address,
            "TENFOLD_S3_ACCESS_KEY": KEY,
            "TENFOLD_S3_SECRET_KEY": KEY,
        }

    def storages(self) -> dict[str, Any]:
        """The entry of STORAGES."""
        options = {
            "bucket_name": self.bucket,
            "endpoint_url": self.address,
            "access_key": KEY,
            "secret_key": KEY,
        }
        return {"BACKEND": "documents.bucket.BucketStorage", "OPTIONS": {**options, "location": ""}}

    def names(self) -> list[str]:
        """What lies in the bucket."""
        found = self.client.list_objects_v2(Bucket=self.bucket)
        return [entry["Key"] for entry in found.get("Contents", ())]


@contextmanager
def file_service(bucket: str = "reports") -> Iterator[FileService]:
    """The service with an empty bucket, gone with everything in it when the block ends. All services of a
    process know the same buckets, so a second one needs another name."""
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=KEY, region_name="us-east-1"
    )
    try:
        client.create_bucket(Bucket=bucket)
        yield FileService(address, client, bucket)
    finally:
        for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
            client.delete_object(Bucket=bucket, Key=entry["Key"])
        client.delete_bucket(Bucket=bucket)
        server.shutdown()
        server.server_close()
        thread.join(5)
