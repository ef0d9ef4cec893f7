import type { ErrorGroup } from '../../api/errors';

/** The type stands out; what follows it is what the error said. */
export function GroupTitle({ group }: { group: ErrorGroup }) {
  const { title, type } = group;
  if (type === '' || !title.startsWith(type))
    return title === '' ? <em>an error without type and message</em> : <>{title}</>;
  return (
    <>
      <b>{type}</b>
      {title.slice(type.length)}
    </>
  );
}
