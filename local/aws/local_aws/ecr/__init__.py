"""The ECR API: what MiniStack has of it is replaced as a whole, because half of it answered wrongly."""
