import { containerTool } from './container-tool.ts';

export const buildah = containerTool('buildah');
