import * as z from 'zod';
import { fileProps } from './file-props.ts';
import { putFiles } from './put-files.ts';
import { defineStep } from './step.ts';

const file = fileProps(
  'Where it is in the image: below /usr or /etc. What is in /var, /opt, /usr/local or a home would not reach the nodes.',
);

export const files = defineStep({
  name: 'files',
  summary: 'Puts files into the image: texts, files and folders of the repository, and downloads.',
  schema: z.array(file).min(1),
  examples: [
    {
      title: 'Text in the layer',
      props: [
        { path: '/etc/rsyslog.d/remote.conf', content: '*.* @@logs.example.com:514\n' },
        { path: '/etc/motd', content: 'Managed by git.\nChanges here do not last.\n', mode: '0644' },
      ],
    },
    {
      title: 'A folder of the repository',
      props: [{ path: '/etc/chrony.d', source: 'files/chrony.d' }],
      files: {
        'files/chrony.d/pool.conf': 'pool ntp.example.com iburst\n',
        'files/chrony.d/site/keys.conf': 'keyfile /etc/chrony.keys\n',
      },
    },
    {
      title: 'A program by its sum',
      props: [
        {
          path: '/usr/bin/yq',
          url: 'https://example.com/files/yq-4.45.1-linux-amd64',
          sha256: '0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0',
          mode: '0755',
        },
      ],
    },
  ],
  render: (props, context) =>
    putFiles(
      props.map((file, index) => ({ ...file, at: [index] })),
      context,
    ),
});
