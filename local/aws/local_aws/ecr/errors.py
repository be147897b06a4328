"""An error of the ECR API, under the name that ECR's service model gives it."""
import json


class EcrError(Exception):
    """Fails an operation with one of ECR's exceptions."""

    def __init__(self, code: str, message: str, **fields) -> None:
        super().__init__(f'{message} ({code})')
        self.code = code
        self.message = message
        self.fields = fields

    def response(self) -> tuple:
        """The answer over HTTP, in the JSON protocol of AWS."""
        status = {'ServerException': 500, 'AccessDeniedException': 403}.get(self.code, 400)
        body = {'__type': self.code, 'message': self.message, **self.fields}
        return status, {'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-ErrorType': self.code}, json.dumps(body).encode()


def invalid(parameter: str, constraint: str) -> EcrError:
    """ECR's wording for a parameter whose value is not allowed."""
    return EcrError('InvalidParameterException',
                    f"Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'")
