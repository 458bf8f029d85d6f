package proxymcp.search;

import java.util.List;

/** Where it is looked for. */
public enum SearchIn {
    /** Response bodies. */
    RESPONSE(Place.RESPONSE),
    /** Request bodies. */
    REQUEST(Place.REQUEST),
    /** Bodies, that of the response first. */
    BOTH(Place.RESPONSE, Place.REQUEST),
    /** Names and values of header fields. */
    HEADERS(Place.REQUEST_HEADERS, Place.RESPONSE_HEADERS),
    /** Messages of streams. */
    MESSAGES(Place.MESSAGES),
    /** Bodies, then header fields, then messages. */
    ALL(Place.RESPONSE, Place.REQUEST, Place.REQUEST_HEADERS, Place.RESPONSE_HEADERS, Place.MESSAGES);

    private final List<Place> places;

    SearchIn(Place... places) {
        this.places = List.of(places);
    }

    /** In the order in which they are looked at; an exchange matches once, at the first that does. */
    List<Place> places() {
        return places;
    }
}
