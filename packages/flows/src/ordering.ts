/** How the records of a group are ordered, and what a failure does to that order. The words are those of a pipeline. */
export interface Ordering {
  readonly order: 'key' | 'partition' | 'none';
  readonly onFailure: 'tiers' | 'block' | 'hold-key';
}

/** What a flow or a route says of it. */
export interface StatedOrdering {
  readonly order?: Ordering['order'] | undefined;
  readonly onFailure?: Ordering['onFailure'] | undefined;
}

/** Which failures each order can live with; the first is meant when nothing is said. */
const choices: Readonly<Record<Ordering['order'], readonly [Ordering['onFailure'], ...Ordering['onFailure'][]]>> = {
  key: ['hold-key', 'block'],
  partition: ['block'],
  none: ['tiers'],
};

/** One key after another, and what fails goes through the tiers while the others go on. */
export const defaultOrdering: Ordering = { order: 'key', onFailure: 'tiers' };

/** Completes what is said; what is not said here is the flow's. Problems go to the report. */
export function orderingOf(
  said: StatedOrdering,
  flow: StatedOrdering,
  report: (field: 'order' | 'onFailure', message: string) => void,
): Ordering {
  const order = said.order ?? flow.order;
  // A flow's choice belongs to its order: where a route has an order of its own, it chooses anew.
  const onFailure =
    said.onFailure ?? (said.order === undefined || said.order === flow.order ? flow.onFailure : undefined);
  if (order === undefined) {
    if (said.onFailure !== undefined && said.onFailure !== 'tiers')
      report('onFailure', `${said.onFailure} keeps an order through failures; say which, for example order: key`);
    return defaultOrdering;
  }
  const possible = choices[order];
  if (onFailure !== undefined && !possible.includes(onFailure))
    report(
      said.onFailure === undefined ? 'order' : 'onFailure',
      `order: ${order} goes with onFailure: ${possible.join(' or ')}, not ${onFailure}`,
    );
  return { order, onFailure: onFailure ?? possible[0] };
}

/** For a map: nothing where it is the ordinary one. */
export function orderingLabel({ order, onFailure }: Ordering): readonly string[] {
  const isOrdinary = order === defaultOrdering.order && onFailure === defaultOrdering.onFailure;
  return isOrdinary ? [] : [order === 'none' ? 'order: none' : `order: ${order}, ${onFailure}`];
}
