/** The team's directory for the cells. */
import { directoryFor } from "./directory";
import type { Directory } from "./model/directory";
import { usePeople } from "./people";

export const useDirectory = (): Directory => directoryFor(usePeople());
