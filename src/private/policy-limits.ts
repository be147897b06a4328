/** The longest repository or registry policy, minified. */
export const MAX_POLICY_LENGTH = 10_240;
