import { Link, useSearch } from 'wouter';
import { errorGroup, type GroupDetail } from '../../api/errors';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { SeverityBadge } from '../../components/SeverityBadge';
import { parseErrorView } from '../../lib/errorsUrl';
import { useLive } from '../../state/useLive';
import { AffectedTasks } from './AffectedTasks';
import { Decisions } from './Decisions';
import classes from './Errors.module.css';
import { Facts } from './Facts';
import { Frames } from './Frames';
import { GroupStateBadge } from './GroupStateBadge';
import { GroupTitle } from './GroupTitle';
import { Notes } from './Notes';
import { Samples } from './Samples';

export default function ErrorPage({ id }: { id: string }) {
  const { since } = parseErrorView(useSearch());
  const { data, error } = useLive(['error', id, since], (signal) => errorGroup(id, since, signal));
  return (
    <Page
      title="Error"
      head={<Link href="/errors">All errors</Link>}
      right={data && <Decisions group={data.group} />}
    >
      {!data && !error && <Loading label="Loading the error" />}
      {!data && error && <ErrorState title="The error could not be read" error={error} />}
      {data && <Detail detail={data} />}
    </Page>
  );
}

function Detail({ detail }: { detail: GroupDetail }) {
  const { group } = detail;
  return (
    <article className={classes.detail} aria-label={group.title}>
      <h2 className={classes.headline}>
        <SeverityBadge severity={group.severity} /> <GroupTitle group={group} />
        <span className={classes.stands}>
          <GroupStateBadge group={group} />
        </span>
      </h2>
      {group.culprit !== '' && <p className={classes.where}>{group.culprit}</p>}
      <div className={classes.columns}>
        <Frames frames={detail.frames} />
        <Samples samples={detail.samples} />
        <div className={classes.side}>
          <Facts detail={detail} />
          <AffectedTasks id={group.id} />
          <Notes id={group.id} notes={detail.notes} />
        </div>
      </div>
    </article>
  );
}
