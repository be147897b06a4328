"""A local AWS for stacks with Amazon ECR: MiniStack in its own process, with the ECR that it lacks."""
