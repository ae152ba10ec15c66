export { applyPlan, foreseen, type Outcome, plan, type Planned } from './plan';
export { type Difference, type Resource } from './resource';
