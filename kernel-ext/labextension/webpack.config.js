// By default a module's number comes from its path, also from that of the checkout: then nobody could build the same files.
module.exports = { optimization: { moduleIds: 'natural', chunkIds: 'natural' } };
