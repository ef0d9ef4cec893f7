import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from 'wouter';
import { dashboards } from '../../../api/dashboards';
import { dashboardPath } from '../../../lib/dashboard/dashboardUrl';
import { linkSearch, safeUrl } from '../../../lib/dashboard/links';
import type { Dashboard } from '../../../lib/dashboard/model/types';
import classes from './Toolbar.module.css';

/** Where the dashboard leads: pages by their address, other dashboards by their tags. */
export function DashboardLinks({ file }: { file: Dashboard }) {
  const search = new URLSearchParams(useSearch());
  const byTag = file.links.some(({ type }) => type === 'dashboards');
  const { data } = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => dashboards(signal),
    enabled: byTag,
  });
  const entries = file.links.flatMap((link) => {
    const kept = linkSearch(link, search);
    if (link.type === 'dashboards') {
      return (data ?? [])
        .filter(({ uid, tags }) => uid !== file.uid && link.tags.every((tag) => tags.includes(tag)))
        .map(({ uid, title }) => ({ title, href: dashboardPath(uid, kept), blank: link.targetBlank }));
    }
    const href = safeUrl(link.url);
    return href === null
      ? []
      : [{ title: link.title, href: withSearch(href, kept), blank: link.targetBlank }];
  });
  if (entries.length === 0) return null;
  return (
    <nav className={classes.links} aria-label="Links of the dashboard">
      {entries.map(({ title, href, blank }) =>
        href.startsWith('/') && !blank ? (
          <Link key={title + href} href={href}>
            {title}
          </Link>
        ) : (
          <a key={title + href} href={href} target={blank ? '_blank' : undefined} rel="noreferrer">
            {title}
          </a>
        ),
      )}
    </nav>
  );
}

function withSearch(href: string, search: string): string {
  if (search === '') return href;
  return `${href}${href.includes('?') ? '&' : '?'}${search}`;
}
