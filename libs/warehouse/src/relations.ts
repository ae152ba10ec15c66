import { type Relation } from './table';
import { tables } from './tables';
import { views } from './views';

/** Everything that can be read from a warehouse by its name. */
export const relations: readonly Relation[] = [...Object.values(tables), ...Object.values(views)];

/** @throws Error for a name that there is not, with those that there are */
export function relationNamed(name: string): Relation {
  const relation = relations.find((one) => one.name === name);
  if (relation) return relation;
  throw new Error(
    `there is no table or view "${name.slice(0, 50)}"; there are ${relations.map(({ name: known }) => known).join(', ')}`,
  );
}
