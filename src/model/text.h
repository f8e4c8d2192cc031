/*
 * text.h - reading lines of words, for the texts of samples and topologies.
 *
 * The first complaint is kept and everything after it comes out as something harmless,
 * so that a reader of a line needs to look only once, at its end.  Lines that are
 * empty or begin with "#" are passed over.
 */
#ifndef TEXT_H
#define TEXT_H

#include "model/sample.h"

typedef struct {
    const char *at;
    int line; /* from 1; 0 before the first */
    GError *why;
    GString *word; /* the one last read */
} Text;

void text_start(Text *text, const char *whole);

/* Hands the complaint over, if there is one, and says that there is none. */
bool text_finish(Text *text, GError **error);

void text_refuse(Text *text, ModelError code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Goes to the next line that says something.  False behind the last, and as soon as
 * there is a complaint. */
bool text_next_line(Text *text);

/* The same where there has to be one. */
void text_need_line(Text *text);

/* Complains about anything else on this line, or on those that follow. */
void text_end_line(Text *text);
void text_end(Text *text);

/* Whether the next word is @word; never, once there is a complaint. */
bool text_is(Text *text, const char *word);

/* The next word, "" at the end of the line; good until the next is read. */
const char *text_word(Text *text);
void text_expect(Text *text, const char *word);

/* A number between @least and @most, and @least in case of a complaint.  @what it is. */
int64_t text_value(Text *text, const char *what, int64_t least, int64_t most);

/* A word and what belongs to it: "weight 1024".  "-" is SAMPLE_UNKNOWN where that is
 * permitted. */
int64_t text_number(Text *text, const char *key, int64_t least, int64_t most);
int64_t text_number_if_any(Text *text, const char *key, int64_t most);
bool text_yes_or_no(Text *text, const char *key);

/* Of CPUs below @n_pcpus; "-" is the empty set. */
const CpuSet *text_set(Text *text, const char *key, CpuSets *sets, int n_pcpus);

/* Anything between quotation marks, to be freed; and back.  What would not fit on a line
 * or look odd there is written as \xHH. */
char *text_quoted(Text *text, const char *key);
void text_quote(GString *out, const char *string);

/* " key number" and " key 0-3,8", with "-" for what is unknown or empty. */
void text_put_if_any(GString *out, const char *key, int64_t number);
void text_put_set(GString *out, const char *key, const CpuSet *set);

#endif
