/** Training configurations in YAML. Read {@link org.bitloom.trainer.config.TrainingConfig}. */
package org.bitloom.trainer.config;
