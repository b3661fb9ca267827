/**
 * Training: loss, optimisers, schedules, the loop. Read {@link org.bitloom.trainer.train.Trainer}
 * first. May import {@code layer} and {@code data}.
 */
package org.bitloom.trainer.train;
