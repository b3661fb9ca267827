/** Data sets. Read {@link org.bitloom.trainer.data.Dataset} first. */
package org.bitloom.trainer.data;
