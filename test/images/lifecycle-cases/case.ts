/** A rule that ECR has for lifecycle policies: what breaks it, what is said, and the legal neighbour that passes. */
export type Case = [rule: string, bad: () => unknown, message: string, neighbour: () => unknown];
