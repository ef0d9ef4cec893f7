import type { DashboardSummary } from '../../api/dashboards';

/** What the list of dashboards is narrowed to; it lives in the URL. */
export interface ListView {
  query: string;
  tags: string[];
}

export function parseListView(search: string): ListView {
  const params = new URLSearchParams(search);
  return { query: params.get('q') ?? '', tags: params.getAll('tag') };
}

export function listPath({ query, tags }: ListView): string {
  const params = new URLSearchParams();
  if (query !== '') params.set('q', query);
  for (const tag of tags) params.append('tag', tag);
  const search = params.toString();
  return search === '' ? '/dashboards' : `/dashboards?${search}`;
}

/** Every word has to be in the title, the folder or a tag; every tag has to be there. */
export function filterDashboards(
  all: readonly DashboardSummary[],
  { query, tags }: ListView,
): DashboardSummary[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return all
    .filter((each) => tags.every((tag) => each.tags.includes(tag)))
    .filter((each) => {
      const text = [each.title, each.folder, ...each.tags].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => a.folder.localeCompare(b.folder) || a.title.localeCompare(b.title));
}

export function tagsOf(all: readonly DashboardSummary[]): string[] {
  return [...new Set(all.flatMap(({ tags }) => tags))].sort();
}
