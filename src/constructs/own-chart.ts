import type { Chart } from 'cdk8s';

/** Where a chart of ours says which file of `dist/` it is. A symbol, because users' own charts may have any property. */
export const FILE: unique symbol = Symbol.for('cdk8s-os-layers.file');

export type OwnChart = Chart & { readonly [FILE]: string };

export function isOwnChart(chart: Chart): chart is OwnChart {
  return FILE in chart;
}

/** Our own: objects with the operator's labels would be taken over by the operator. */
export const OUR_LABELS = { 'app.kubernetes.io/managed-by': 'cdk8s-os-layers' };
