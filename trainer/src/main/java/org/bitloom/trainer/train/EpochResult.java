package org.bitloom.trainer.train;

/**
 * One epoch.
 *
 * @param epoch counted from 1
 * @param loss mean training loss, penalties included
 * @param trainAccuracy share of training samples right while training
 * @param validationAccuracy share of held-out samples right after the epoch, -1 without
 * @param testAccuracy share of test samples right after the epoch
 * @param gradientNorm mean norm of the gradients, before clipping
 * @param imagesPerSecond training throughput
 */
public record EpochResult(
    int epoch,
    double loss,
    double trainAccuracy,
    double validationAccuracy,
    double testAccuracy,
    double gradientNorm,
    double imagesPerSecond) {}
