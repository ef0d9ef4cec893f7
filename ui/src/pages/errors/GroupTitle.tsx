import type { ErrorGroup } from '../../api/errors';

/** The type stands out; what follows it is what the error said. */
export function GroupTitle({ group }: { group: ErrorGroup }) {
  const { title, type } = group;
  if (type === '' || !title.startsWith(type)) return <>{title || group.id}</>;
  return (
    <>
      <b>{type}</b>
      {title.slice(type.length)}
    </>
  );
}
