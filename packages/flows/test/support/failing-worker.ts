// A worker that ends before it was ready, always.
process.exit(3);
