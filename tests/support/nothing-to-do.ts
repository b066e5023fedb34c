/** A process that ends at once, and well. */
process.disconnect?.();
