package dev.weir.controller.http;

import dev.weir.controller.problem.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.UriComponentsBuilder;

/** Refuses query parameters that nobody reads: a misspelt one would be ignored silently. */
final class KnownParameters implements HandlerInterceptor {
    private static final int MAX_SHOWN_CHARS = 64;

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        var query = request.getQueryString();
        if (query != null && handler instanceof HandlerMethod method) {
            var known = known(method);
            for (var name : names(query)) {
                if (!known.contains(name)) {
                    throw unknown(name, known);
                }
            }
        }
        return true;
    }

    private static Set<String> names(String query) {
        return UriComponentsBuilder.newInstance().query(query).build().getQueryParams().keySet();
    }

    private static Set<String> known(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .filter(parameter -> parameter.hasParameterAnnotation(RequestParam.class))
                .map(KnownParameters::name)
                .collect(Collectors.toSet());
    }

    private static String name(MethodParameter parameter) {
        parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
        var name = parameter.getParameterName();
        if (name == null) {
            throw new IllegalStateException("compiled without the names of parameters");
        }
        return name;
    }

    private static RuntimeException unknown(String name, Set<String> known) {
        var shown = name.length() <= MAX_SHOWN_CHARS ? name : name.substring(0, MAX_SHOWN_CHARS);
        return Problems.parameter(
                shown,
                "There is no query parameter %s here.".formatted(shown),
                known.isEmpty()
                        ? "This address takes none."
                        : "Use " + known.stream().sorted().collect(Collectors.joining(", ")) + ".");
    }
}
