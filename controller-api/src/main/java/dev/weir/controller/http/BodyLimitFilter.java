package dev.weir.controller.http;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.controller.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads no more of a body than any request needs, whether or not its length was announced. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BodyLimitFilter extends OncePerRequestFilter {
    /** The largest body: a pool on as many devices as it can have, with the longest paths. */
    static final int MAX_BODY_BYTES = 256 << 10;

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > MAX_BODY_BYTES) {
            ProblemWriter.write(response, tooLarge());
            return;
        }
        chain.doFilter(new LimitedRequest(request), response);
    }

    private static Problem tooLarge() {
        return new Problem(
                        ProblemType.BODY_TOO_LARGE,
                        "The body has more than %d bytes.".formatted(MAX_BODY_BYTES),
                        "No request of this API needs a larger one.",
                        "Send a smaller body.")
                .with("limitBytes", MAX_BODY_BYTES);
    }

    private static final class LimitedRequest extends HttpServletRequestWrapper {
        LimitedRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new LimitedStream(super.getInputStream());
        }
    }

    private static final class LimitedStream extends ServletInputStream {
        private final ServletInputStream body;
        private long remaining = MAX_BODY_BYTES;

        LimitedStream(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int value = body.read();
            return value < 0 ? value : counted(value, 1);
        }

        @Override
        public int read(byte[] destination, int offset, int length) throws IOException {
            int count = body.read(destination, offset, length);
            return count < 0 ? count : counted(count, count);
        }

        private int counted(int result, int count) {
            remaining -= count;
            if (remaining < 0) {
                throw tooLarge().exception();
            }
            return result;
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
