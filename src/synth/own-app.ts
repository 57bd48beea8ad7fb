import { LayeredPool } from '../constructs/layered-pool.ts';
import { LayersApp } from '../constructs/layers-app.ts';
import { formatPoolId } from '../values/pool-id.ts';

/** The app for repositories that have only documents: a LayeredPool of each Pool. */
export function ownApp(root: string): LayersApp {
  const app = new LayersApp({ root });
  for (const props of app.pools) new LayeredPool(app, formatPoolId({ ...props, pool: props.name }), props);
  return app;
}
