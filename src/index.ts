export * from './images/lifecycle-policy';
export * from './images/lifecycle-rule';
export * from './images/tag-immutability';
export * from './repository/i-private-registry';
