package org.bitloom.trainer.train;

/**
 * One epoch.
 *
 * @param epoch counted from 1
 * @param loss mean training loss
 * @param trainAccuracy share of training samples right while training
 * @param testAccuracy share of test samples right after the epoch
 * @param imagesPerSecond training throughput
 */
public record EpochResult(
    int epoch, double loss, double trainAccuracy, double testAccuracy, double imagesPerSecond) {}
