/*
 * report.h - a period in words, and as JSON.
 *
 * Words are for a person who has a minute: a line says whether anything is wrong, and
 * what is below it, only there when something is done, says what and why.  JSON is
 * for programs and says more.
 */
#ifndef ENGINE_REPORT_H
#define ENGINE_REPORT_H

#include "engine/engine.h"

/* The names of the columns of those lines.  @colour is for terminals. */
void report_heading(bool colour, GString *out);

/* A derived period: its line, and its moves with reasons and a bar per place before and
 * after, if there are moves. */
void report_period(const Period *period, const Policy *policy, bool colour,
                   GString *out);

/* The same as a sentence, and a move of it as another, for a log. */
void report_sentence(const Period *period, const Policy *policy, GString *out);
void report_move(const Period *period, const Policy *policy, const Move *move,
                 GString *out);

/* The same on one line of JSON. */
void report_json(const Period *period, const Policy *policy, GString *out);

#endif
