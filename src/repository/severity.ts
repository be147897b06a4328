/**
 * How bad a vulnerability is, as both scanners of ECR say it. From the worst down: a severity stands for itself and all that are worse.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/findings-understanding-severity.html
 */
export enum Severity {
  /** Critical. */
  CRITICAL = 'CRITICAL',

  /** High, and critical. */
  HIGH = 'HIGH',

  /** Medium, and all that is worse. */
  MEDIUM = 'MEDIUM',

  /** Low, and all that is worse. */
  LOW = 'LOW',

  /** Informational, and all that is worse. */
  INFORMATIONAL = 'INFORMATIONAL',

  /** Not rated yet, and all that is rated: everything. Inspector calls it `UNTRIAGED`, basic scanning `UNDEFINED`. */
  UNTRIAGED = 'UNTRIAGED',
}
