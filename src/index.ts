export * from './images/tag-immutability';
export * from './repository/i-private-registry';
