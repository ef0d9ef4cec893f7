import { Link } from 'wouter';
import type { DashboardSummary } from '../../../api/dashboards';
import page from '../../../components/Page.module.css';
import { dashboardPath } from '../../../lib/dashboard/dashboardUrl';
import classes from './List.module.css';

interface DashboardListProps {
  dashboards: readonly DashboardSummary[];
  onTag: (tag: string) => void;
}

export function DashboardList({ dashboards, onTag }: DashboardListProps) {
  return (
    <table className={page.table} aria-label="Dashboards">
      <thead>
        <tr>
          <th scope="col">Dashboard</th>
          <th scope="col">Folder</th>
          <th scope="col">Tags</th>
        </tr>
      </thead>
      <tbody>
        {dashboards.map(({ uid, title, folder, tags }) => (
          <tr key={uid}>
            <td>
              <Link href={dashboardPath(uid)} className={classes.title}>
                {title}
              </Link>
            </td>
            <td>{folder || '–'}</td>
            <td>
              {tags.map((tag) => (
                <button key={tag} type="button" className={classes.tag} onClick={() => onTag(tag)}>
                  {tag}
                </button>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
