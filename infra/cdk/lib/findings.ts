/** What checks of a stage's account find, as sentences that say what to do. */
export interface Findings {
  /** Everything that would stop the deployment halfway. */
  readonly problems: readonly string[];
  /** What should be known, and stops nothing. */
  readonly notes: readonly string[];
}
