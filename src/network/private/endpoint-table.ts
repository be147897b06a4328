interface Line {
  readonly host: string;
  readonly endpoint: string;
  readonly isExisting: boolean;
  readonly reason: string;
}

const TITLES = ['call', 'goes to', 'for'];

/** Which call goes where, for people. */
export class EndpointTable {
  private readonly lines: Line[] = [];

  public add(host: string, endpoint: string, isExisting: boolean, reason: string): void {
    this.lines.push({ host, endpoint, isExisting, reason });
  }

  public render(): string {
    const rows = [TITLES, ...this.lines.map(({ host, endpoint, isExisting, reason }) => [host, isExisting ? `${endpoint}, there already` : endpoint, reason])];
    const widths = TITLES.map((_, column) => Math.max(...rows.map(row => row[column].length)));
    return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
  }
}
