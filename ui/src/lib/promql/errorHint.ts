/** What can be done about an answer that Prometheus's API refuses, or undefined when its own words suffice. */
export function errorHint(status: number, errorType: string, message: string): string | undefined {
  if (status === 404)
    return 'This server has no metrics engine at /prometheus: start it with a newer version.';
  if (errorType === 'timeout')
    return 'Shorten the time range, choose a coarser resolution, or select fewer series.';
  if (/too many samples|sample limit/.test(message)) {
    return 'Shorten the time range, choose a coarser resolution, or select fewer series.';
  }
  if (message.includes('exceeded maximum resolution')) return 'Choose a larger step or a shorter time range.';
  if (/many-to-many|duplicate series|multiple matches/.test(message)) {
    return 'on (…) with group_left or group_right says which side may have several series for one of the other.';
  }
  if (status === 429 || errorType === 'unavailable')
    return 'The server has too many queries to answer: try again.';
  return undefined;
}
