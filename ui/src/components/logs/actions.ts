import type { Filter } from '../../lib/lucene/filter';

/** What a row lets the reader do with the search that found it; absent where there is none. */
export interface LogActions {
  addFilter?: (filter: Filter) => void;
  toggleColumn?: (name: string) => void;
  toggleExpanded: (key: string) => void;
}
