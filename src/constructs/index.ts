export { LayeredPool, type LayeredPoolProps } from './layered-pool.ts';
export { LayersApp, type LayersAppProps } from './layers-app.ts';
export { OsLayer } from './os-layer.ts';
export { PoolTarget } from './pool-target.ts';
