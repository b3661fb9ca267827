/**
 * Hyper-parameter search: grid, random, and a tree-structured Parzen estimator. Read {@link
 * org.bitloom.trainer.search.Space} first. Knows nothing of training.
 */
package org.bitloom.trainer.search;
