"""The OCI distribution endpoints: what docker, skopeo, crane, Helm and cosign speak to a registry."""
