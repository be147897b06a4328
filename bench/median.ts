export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
