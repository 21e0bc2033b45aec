/** This machine as guests see it: the lab's `NODE_ADDRESS`. Every name below `edge-vm.test` leads there. */
export const NODE_ADDRESS = '10.253.0.1';
