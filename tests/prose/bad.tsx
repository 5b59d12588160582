/** The row as it stood,
 * for whoever asks. */
export const Row = ({ anew }: { anew: string }) => <p title={`${anew} is no more`}>For whoever reads this</p>;
