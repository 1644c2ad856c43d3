"""A few lines of client for the cluster's API server, as its administrator.

What: request(method, path, body) → the answer as a dict, or ApiError with the status code. Why: a kubectl
call costs a tenth of a second of CPU, this one milliseconds, and tests make hundreds. Source: the
Kubernetes API conventions.
"""
import http.client, json, ssl

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class ApiError(RuntimeError):
    def __init__(self, method, path, code, text):
        super().__init__(f"{method} {path}: {code} {text}")
        self.code = code


class Api:
    def __init__(self, port, certificates):
        self.port = port
        self.tls = ssl.create_default_context(cafile=str(certificates.ca_crt))
        self.tls.load_cert_chain(certificates.admin_crt, certificates.admin_key)

    def request(self, method, path, body=None, content_type=None, timeout_s=10):
        """JSON in, JSON out (or text where the server sends text, as /readyz does)."""
        content_type = content_type or (MERGE_PATCH if method == "PATCH" else "application/json")
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=timeout_s)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body),
                               headers={"Content-Type": content_type, "User-Agent": "tests/cluster"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        if answer.status >= 300:
            raise ApiError(method, path, answer.status, json.loads(text).get("message", text) if is_json else text)
        return json.loads(text) if is_json else text

    def get(self, path):
        return self.request("GET", path)

    def exists(self, path):
        try:
            self.request("GET", path)
            return True
        except ApiError as error:
            if error.code == 404:
                return False
            raise

    def create(self, path, body):
        """POST; an object that is already there is left alone."""
        try:
            self.request("POST", path, body)
        except ApiError as error:
            if error.code != 409:
                raise
