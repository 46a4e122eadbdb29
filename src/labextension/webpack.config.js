// Modules and chunks are numbered in their order: the builder's own numbers depend on the folder
// in which it runs, and the committed build must be the same wherever it is made.
module.exports = {
  optimization: { chunkIds: 'natural', moduleIds: 'natural' }
};
