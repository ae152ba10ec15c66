/** A package for Python that holds TensorFlow's library. */
export interface Wheel {
  /** What pip is asked for. */
  readonly requirement: string;
  /** Of the platform and the Python that it is made for. The library in it knows of no Python: one will do for all. */
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

/** By platform and processor, as Node names them. Others have no wheel with a library that tfjs-node can be linked with. */
export const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.21.0',
    tags: ['--platform=manylinux_2_27_x86_64', '--implementation=cp', '--python-version=3.11', '--abi=cp311'],
    bytes: 273_829_956,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
};

/** Python that unpacks what is needed of a wheel. Arguments: the wheel, the folder, and what the names needed start with. */
export const UNPACK = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(tuple(sys.argv[3:]))])
`;

/** Headers that tfjs-node's addon includes, and the libraries it is linked with. */
export const NEEDED = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
];

/** TensorFlow's library itself. */
export const LIBRARY = 'libtensorflow_cc.so.2';

/** Names that the addon and tfjs-node's install script look for, and what they are links to. */
export const LINKS: Readonly<Record<string, string>> = {
  'libtensorflow.so': LIBRARY,
  'libtensorflow.so.2.9.1': LIBRARY,
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  'libtensorflow_framework.so.2.9.1': 'libtensorflow_framework.so.2',
};
