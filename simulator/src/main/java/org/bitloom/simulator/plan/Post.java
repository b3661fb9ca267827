package org.bitloom.simulator.plan;

/**
 * What happens to a layer's codes after the requantizers, in this order.
 *
 * @param layer what leaves the requantizers
 * @param merge a second map, or null
 * @param merged what leaves the merge, or null
 * @param table a function of the code, or null
 * @param looked what leaves the table, or null
 * @param pool pooling
 * @param out what is stored
 */
public record Post(
    View layer, Merge merge, View merged, Table table, View looked, Pool pool, View out) {}
