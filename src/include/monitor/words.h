/*
 * What the monitor does with words, without a console: cut a line into them,
 * tell how much two differ.
 */
#ifndef MONITOR_WORDS_H
#define MONITOR_WORDS_H

#include <lib/types.h>

#define WORDS_TOO_MANY   (-1)
#define WORDS_OPEN_QUOTE (-2)

/*
 * Cut line, in place, at spaces and tabs. Double quotes keep spaces in a word
 * and may give an empty one; within them \" and \\ stand for " and \. A word
 * may be quoted in part. argv needs max entries, the last of which is for the
 * closing NULL. Returns the number of words, or one of the values above.
 */
int words_split(char *line, char **argv, int max);

/* The least number of bytes to insert, delete or replace to turn a into b
 * (Levenshtein 1966). Words longer than WORDS_DISTANCE_MAX: a number larger than
 * any limit that makes sense, as is the distance of anything that far apart. */
#define WORDS_DISTANCE_MAX 31
unsigned int words_distance(const char *a, const char *b);

#endif
